# step: mend
kubectl delete pod fragile --wait=false
clock advance 40s
cat > fragile.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: fragile
spec:
  containers:
    - name: worker
      image: busybox
      command: ["sh", "-c", "echo the database is there"]
EOF
kubectl apply -f fragile.yaml
