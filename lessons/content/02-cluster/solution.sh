# step: machines
kubectl get nodes

# step: brain
kubectl get pods -n kube-system -o wide

# step: work
kubectl run hello --image=my-app:1.0
kubectl describe pod hello

# step: records
fault node-off node-3
kubectl get nodes

# step: majority
cat > members.yaml <<'EOF'
apiVersion: v1
kind: ConfigMap
metadata:
  name: members
data:
  one: "0"
  two: "0"
  three: "1"
  four: "1"
  five: "2"
EOF
kubectl apply -f members.yaml
