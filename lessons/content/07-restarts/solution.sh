# step: crash
kubectl apply -f fragile.yaml
clock until next

# step: gaps
clock until next
clock until next
clock until next
clock until next
clock until next
clock until next
clock until next
clock until next

# step: logs
kubectl logs fragile --previous

# step: mend
kubectl delete pod fragile --wait=false
cat > fragile.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: fragile
spec:
  containers:
    - name: worker
      image: busybox
      command: ["sh", "-c", "echo the database is there; sleep 3600"]
EOF
clock until quiet
clock advance 31s
kubectl apply -f fragile.yaml

# step: image
kubectl apply -f typo.yaml
kubectl set image pod/typo app=my-app:1.0
clock until next

# step: never
cat > once.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: once
spec:
  restartPolicy: Never
  containers:
    - name: report
      image: busybox
      command: ["sh", "-c", "echo the report is written"]
EOF
kubectl apply -f once.yaml
