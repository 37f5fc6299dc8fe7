# step: write
cat > pod.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: my-awesome-app
spec:
  containers:
    - name: my-app-container
      image: my-app:1.0
      ports:
        - containerPort: 8080
EOF
kubectl apply -f pod.yaml

# step: stored
kubectl get pods -o wide

# step: scheduled
clock step visible

# step: running
clock until quiet

# step: watched
fault container-kill default/my-awesome-app/my-app-container
clock until quiet

# step: deleted
kubectl delete pod my-awesome-app --wait=false
clock until quiet
