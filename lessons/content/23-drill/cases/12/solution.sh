# step: diagnose
predict class
# step: repair
cat > fast.yaml <<'EOF'
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: fast
provisioner: disk.csi.wheelhouse.local
volumeBindingMode: WaitForFirstConsumer
EOF
kubectl apply -f fast.yaml
clock advance 60s
